export declare const root: string;
export declare function ensureInstalled(): void;
export declare function node24(): string;
