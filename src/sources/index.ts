/** Services that more than one collector needs; collectors never import each other. */
import type { OwnerService } from './procfs/types.ts';
import type { SupervisordService } from './supervisord/types.ts';

export interface Sources {
  readonly supervisord: SupervisordService;
  readonly owners: OwnerService;
}
