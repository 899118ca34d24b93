import { applyChild } from '../children/apply-child.ts';
import type { Apply } from '../children/child.ts';
import { FACT } from '../names.ts';
import { podTemplateHash } from './overtaken.ts';

/** Applies a Job, annotated with the hash of its pod template. */
export const applyJob: Apply = ({ app }, { kind, object }, cluster, signal) => {
  const { metadata } = object;
  const annotations = { ...metadata.annotations, [FACT.podTemplate]: podTemplateHash(object) };
  return applyChild(app, { kind, object: { ...object, metadata: { ...metadata, annotations } } }, cluster, signal);
};
