import { Router } from 'express';
import { readAsset } from '../assets.ts';

const names = ['style.css', 'page.js', 'pass.svg', 'fail.svg', 'unknown.svg'] as const;

/** `/assets/`: what pages load. */
export function assets(): Router {
  const router = Router();
  for (const name of names) {
    router.get(`/assets/${name}`, (_request, response) => {
      response.type(name).send(readAsset(`src/web/assets/${name}`));
    });
  }
  return router;
}
