/**
 * Fills the demo tenant through the public API. Called once, at the first start of a data folder.
 * @param tokenFor gives an access token of a member by email address
 */
export const makeDemo = async (
  _baseUrl: string,
  _tokenFor: (email: string) => Promise<string>,
): Promise<void> => {};
