/** A user as Kubernetes knows them, from a TokenReview or a proxy. */
export interface User {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Who looks at a page. On loopback without a token it is whoever may forward a port to the pod. They see all apps. */
export type Viewer =
  | { readonly kind: 'loopback' }
  | {
      readonly kind: 'user';
      readonly user: User;
      /** Undefined for an identity that a proxy has sent. */
      readonly session: string | undefined;
    };

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the only way to type Express' locals
  namespace Express {
    interface Locals {
      /** Undefined for somebody who has to sign in. */
      viewer?: Viewer | undefined;
    }
  }
}
