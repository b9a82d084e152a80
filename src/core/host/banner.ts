/** All that goes to stdout (operations §1.4). */
export const banner = String.raw`
                    _ _ _
   __ _ _   _  ___ | (_) |_ ___
  / _' | | | |/ _ \| | | __/ _ \   SQL on a cluster of SQLite databases,
 | (_| | |_| | (_) | | | ||  __/   over HTTP, with every change in one log.
  \__, |\__,_|\___/|_|_|\__\___|
     |_|

`;
