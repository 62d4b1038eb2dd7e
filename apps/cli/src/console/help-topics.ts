/** What works where no server answers. */
export const offlineHelp = `No server answers. What works without one:
  run ./folder, test ./folder, validate ./folder   tasks of this machine
  config validate, config generate, config show    the configuration
  generate, template                               tasks to begin from, where they need no server
  set, echo, source, run SCRIPT.ratchet            variables and scripts
  help                                             everything about every command
Start a server in a shell with "ratchet serve", or go to another one with "connect HOST:PORT".
The console tries again by itself; the prompt says when a server is there.`;

/** Help that is about no command. */
export const topics: Readonly<Record<string, string>> = {
  variables: `Variables
  set NAME VALUE      keeps a value; unset NAME forgets it; vars shows all
  $NAME \${NAME}       the value; one that is not there is an error
  \${NAME:-VALUE}      VALUE where NAME is empty or not there
  \${NAME:+VALUE}      VALUE where NAME is there
  \${ENV:NAME}         of the environment
  $?                  exit code of the last command
  $LAST \${LAST.id}    what the last command answered: its id, or a member of it, as \${LAST.items.0.name}
  $1 $2               arguments of a script
Quotes are a shell's: '…' keeps everything as it is, "…" expands variables, \\ takes the next character as it is. A variable is
always one argument, whatever it holds.`,
  scripts: `Scripts
  ratchet console --script nightly.ratchet        in a shell; also: ratchet console < nightly.ratchet
  run nightly.ratchet production                  here; $1 is production, and what it sets is forgotten
  source names.ratchet                            here; what it sets stays
A line is a command; ; separates several, # begins a comment, \\ at the end of a line goes on with the next. The first failure
ends a script and names its line: set +e or --continue-on-error goes on. The exit code is that of the first failure.`,
  keys: `Keys
  Tab                 completes commands, options, names, ids, files and variables
  Up, Down            earlier lines; with the beginning of a line typed, those that begin so
  Ctrl-R              searches earlier lines; again: the next older one; Enter runs it, Esc edits it
  Ctrl-A, Ctrl-E      beginning and end of the line; Alt-B, Alt-F: by word
  Ctrl-W, Ctrl-U, Ctrl-K    delete a word, to the beginning, to the end; Ctrl-Y brings it back
  Ctrl-C              drops the line; ends the command that runs, and nothing else
  Ctrl-L              empties the screen
  Ctrl-D              leaves, on an empty line`,
  offline: offlineHelp,
};
