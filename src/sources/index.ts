/** Services that more than one collector needs; collectors never import each other. */
import type { SupervisordService } from './supervisord/types.ts';

export interface Sources {
  readonly supervisord: SupervisordService;
}
