import { type Image, programImage } from '../../scripts/cluster/images.ts';
import { pythonTool } from '../../scripts/cluster/python-tool.ts';
import { traefik } from '../../scripts/test/python-tools.ts';

/** Traefik, for a node that can pull nothing. */
export async function traefikImage(): Promise<Image> {
  return programImage(await pythonTool(traefik));
}
