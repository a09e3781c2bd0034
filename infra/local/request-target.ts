/** Path and query of a request as they were sent, still percent-encoded. */
export interface RequestTarget {
  readonly path: string;
  readonly rawQueryString: string;
}

/** Splits what stands in the request line. Any text can stand there, on some of which `new URL` throws. */
export const targetOf = (url = "/"): RequestTarget => {
  const mark = url.indexOf("?");
  return mark < 0
    ? { path: url, rawQueryString: "" }
    : { path: url.slice(0, mark), rawQueryString: url.slice(mark + 1) };
};
