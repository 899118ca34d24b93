import { VACATION_APP, GROUP } from '../../api/vacation-app.ts';
import type { ApiClient } from '../../runtime/client/api-client.ts';
import { pathOf, type Kind } from '../../runtime/client/kinds.ts';
import { RefusedError } from '../refused-error.ts';
import { inTurn } from '../turns.ts';
import type { User } from './viewer.ts';

const kind = (apiVersion: string, name: string, plural: string): Kind => ({ apiVersion, kind: name, plural });
const TOKEN_REVIEW = kind('authentication.k8s.io/v1', 'TokenReview', 'tokenreviews');
const ACCESS_REVIEW = kind('authorization.k8s.io/v1', 'SubjectAccessReview', 'subjectaccessreviews');
const SELF_REVIEW = kind('authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews');

export interface Question {
  readonly verb: 'get' | 'list';
  /** Empty for all namespaces. */
  readonly namespace: string;
  readonly name?: string;
}

/** What the API server says about tokens and rights. Each call throws a RefusedError 503 if it gets no answer. */
export interface Reviews {
  /** Undefined for a token that is not valid. */
  userOf(token: string): Promise<User | undefined>;
  /** Whether the user may do this with VacationApps. */
  mayUser(user: User, question: Question): Promise<boolean>;
  /** Whether the operator itself has the rights for both reviews. */
  mayReview(): Promise<boolean>;
}

interface TokenStatus {
  readonly authenticated?: boolean;
  readonly user?: Partial<User>;
}

interface AccessStatus {
  readonly allowed: boolean;
}

const MOST_AT_ONCE = 20;
const MOST_WAITING = 1_000;
const NO_ANSWER = 'The API server does not say who may see this. Try again in a moment.';

/** Tokens have turns of their own, so that attempts to sign in do not hold up those who have. */
export function createReviews(client: Pick<ApiClient, 'request'>): Reviews {
  const ofTokens = inTurn(MOST_AT_ONCE, MOST_WAITING);
  const ofAccess = inTurn(MOST_AT_ONCE, MOST_WAITING);
  const create = <Status>(review: Kind, spec: object): Promise<Status> => {
    const { apiVersion, kind: name } = review;
    const body = { apiVersion, kind: name, spec };
    return (review === TOKEN_REVIEW ? ofTokens : ofAccess)(async () => {
      try {
        const path = pathOf(review, '');
        return (await client.request<{ status: Status }>({ method: 'POST', path, body })).status;
      } catch (cause) {
        throw new RefusedError(503, NO_ANSWER, { cause });
      }
    });
  };
  const mayCreate = async ({ apiVersion, plural }: Kind): Promise<boolean> => {
    const [group = ''] = apiVersion.split('/');
    const resourceAttributes = { group, resource: plural, verb: 'create' };
    return (await create<AccessStatus>(SELF_REVIEW, { resourceAttributes })).allowed;
  };
  return {
    async userOf(token) {
      const { authenticated, user } = await create<TokenStatus>(TOKEN_REVIEW, { token });
      const { username } = user ?? {};
      return authenticated === true && username !== undefined ? { ...user, username } : undefined;
    },
    async mayUser({ username, uid, groups, extra }, { verb, namespace, name }) {
      const resourceAttributes = {
        group: GROUP,
        resource: VACATION_APP.plural,
        verb,
        ...(namespace === '' ? {} : { namespace }),
        ...(name === undefined ? {} : { name }),
      };
      const spec = { user: username, uid, groups, extra, resourceAttributes };
      return (await create<AccessStatus>(ACCESS_REVIEW, spec)).allowed;
    },
    async mayReview() {
      const answers = await Promise.all([TOKEN_REVIEW, ACCESS_REVIEW].map(mayCreate));
      return answers.every(Boolean);
    },
  };
}
