/** host: the only asynchronous loop: a node's outputs become calls on ports, their completions its inputs. */
export {};
