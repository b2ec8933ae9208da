"""What supervisord itself makes of a configuration file: JSON on stdout, or its complaint and exit status 2."""
import json
import sys
from supervisor import datatypes
from supervisor.options import ServerOptions, split_namespec

AUTORESTART = {
    datatypes.RestartUnconditionally: "true",
    datatypes.RestartWhenExitUnexpected: "unexpected",
    False: "false",
}

options = ServerOptions()
options.realize(["-c", sys.argv[1]])
server = next((s for s in options.server_configs if s["section"].startswith("unix")), None)
server = server or next(iter(options.server_configs), {})
programs = {}
for group in options.process_group_configs:
    for process in group.process_configs:
        label = process.name if process.name == group.name else "%s:%s" % (group.name, process.name)
        programs[label] = {
            "name": process.name,
            "group": group.name,
            "command": process.command,
            "directory": process.directory,
            "autostart": process.autostart,
            "autorestart": AUTORESTART[process.autorestart],
            "startsecs": process.startsecs,
            "startretries": process.startretries,
            "exitcodes": process.exitcodes,
            "redirectStderr": process.redirect_stderr,
            "stdoutRotation": {
                "maxBytes": process.stdout_logfile_maxbytes,
                "backups": process.stdout_logfile_backups,
            },
            "environmentNames": sorted(process.environment),
        }
print(
    json.dumps(
        {
            "serverUrl": options.serverurl,
            "username": server.get("username"),
            "password": server.get("password"),
            "mainLog": options.logfile,
            "mainLogRotation": {"maxBytes": options.logfile_maxbytes, "backups": options.logfile_backups},
            "identifier": options.identifier,
            "programs": programs,
        }
    )
)
