/* completion.c - `winnow completion bash|zsh`: completion scripts, from the tables of commands,
 * options and job file keys. The scripts ask `winnow completion where JOB [COLUMN]` for the columns
 * and values of the job's database. */
#include <stdio.h>
#include <string.h>

#include "jobs/assemble.h"
#include "jobs/command.h"

extern const struct command completion_command;

/* ---- Tables ---- */

static bool takes(const struct flag *flag, const char *value_name)
{
    return flag->value_name && strcmp(flag->value_name, value_name) == 0;
}

static bool takes_file(const struct flag *flag)
{
    return takes(flag, "FILE") || takes(flag, "LIST");
}

/* "a|b" as "a b". */
static void print_choices(const char *choices)
{
    for (; *choices; choices++)
        putchar(*choices == '|' ? ' ' : *choices);
}

/* Several connectors may have one key: it is printed once. */
struct key_set {
    struct name_set seen;
    void (*print)(const struct job_key *key);
    struct arena arena;
};

static void visit_key(void *user, const struct job_key *key)
{
    struct key_set *keys = user;
    struct text name = arena_format(&keys->arena, "%s.%s", key->section, key->option->name);
    size_t count = keys->seen.count;
    name_set_add(&keys->seen, name);
    if (keys->seen.count > count)
        keys->print(key);
}

static void for_each_different_key(void (*print)(const struct job_key *key))
{
    struct key_set keys = {.print = print};
    job_for_each_key(&(struct job_key_visitor){visit_key, &keys});
    name_set_free(&keys.seen);
    arena_free(&keys.arena);
}

static void print_key_name(const struct job_key *key)
{
    printf(" %s.%s=", key->section, key->option->name);
}

static void print_key_choices(const struct job_key *key)
{
    const struct option *option = key->option;
    if (option->type != OPTION_CHOICE && option->type != OPTION_BOOLEAN)
        return;
    printf("    %s.%s) echo '", key->section, option->name);
    print_choices(option->type == OPTION_CHOICE ? option->choices : "yes|no");
    printf("' ;;\n");
}

/* Functions of both shells: the keys of --set, and the values of one of them. */
static void print_key_functions(void)
{
    printf("_winnow_keys() {\n    echo '");
    for_each_different_key(print_key_name);
    printf("'\n}\n\n_winnow_key_values() {\n    case $1 in\n");
    for_each_different_key(print_key_choices);
    printf("    esac\n}\n\n");
}

/* ---- bash ---- */

static void print_bash_flags(const struct command *command)
{
    printf("    %s) echo '--help", command->name);
    for (const struct flag *flag = command->flags; flag && flag->option.name; flag++)
        printf(" --%s", flag->option.name);
    printf("' ;;\n");
}

/* What follows an option: "COMMAND --NAME". */
static void print_bash_values(const struct command *command)
{
    for (const struct flag *flag = command->flags; flag && flag->option.name; flag++) {
        if (flag->option.type == OPTION_BOOLEAN)
            continue;
        printf("    '%s --%s'", command->name, flag->option.name);
        if (flag->short_name)
            printf(" | '%s -%c'", command->name, flag->short_name);
        if (flag->option.type == OPTION_CHOICE) {
            printf(") echo '");
            print_choices(flag->option.choices);
            printf("' ;;\n");
        } else if (takes(flag, "KEY=VALUE") && strcmp(command->name, "read") != 0) {
            printf(") echo @keys ;;\n");
        } else if (takes(flag, "FIELD=VALUE")) {
            printf(") echo @where ;;\n");
        } else if (takes_file(flag) || takes(flag, "DIR")) {
            printf(") echo @files ;;\n");
        } else {
            printf(") echo @any ;;\n");
        }
    }
}

static void print_bash(void)
{
    printf("# bash completion for winnow " WINNOW_VERSION
           ", written by `winnow completion bash`\n\n_winnow_commands='");
    for (const struct command *const *command = commands; *command; command++)
        printf("%s%s", command == commands ? "" : " ", (*command)->name);
    printf("'\n\n");
    print_key_functions();
    printf("_winnow_options() {\n    case $1 in\n");
    for (const struct command *const *command = commands; *command; command++)
        print_bash_flags(*command);
    printf("    esac\n}\n\n"
           "# What the value of an option is: words, or @keys, @where, @files, @any.\n"
           "_winnow_value() {\n    case \"$1 $2\" in\n");
    for (const struct command *const *command = commands; *command; command++)
        print_bash_values(*command);
    fputs("    esac\n}\n\n"
          "# Lines of $1 that begin with $2, quoted for the shell.\n"
          "_winnow_reply() {\n"
          "    local line\n"
          "    COMPREPLY=()\n"
          "    while IFS= read -r line; do\n"
          "        [[ -z $line || $line != \"$2\"* ]] || COMPREPLY+=(\"$(printf %q \"$line\")\")\n"
          "    done <<<\"$1\"\n"
          "}\n\n"
          "_winnow() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} option='' key='' command='' job='' value i\n"
          "    # bash splits words at '=': OPTION NAME = VALUE\n"
          "    i=$COMP_CWORD\n"
          "    if [[ $cur == = ]]; then\n"
          "        cur='' key=${COMP_WORDS[i - 1]} option=${COMP_WORDS[i - 2]}\n"
          "    elif ((i >= 3)) && [[ ${COMP_WORDS[i - 1]} == = ]]; then\n"
          "        key=${COMP_WORDS[i - 2]} option=${COMP_WORDS[i - 3]}\n"
          "    else\n"
          "        option=${COMP_WORDS[i - 1]}\n"
          "    fi\n"
          "    if [[ $key == --* ]]; then # --option=value\n"
          "        option=$key key=''\n"
          "    fi\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        if [[ ${COMP_WORDS[i]} == -* ]]; then\n"
          "            continue\n"
          "        elif [[ -z $command ]]; then\n"
          "            command=${COMP_WORDS[i]}\n"
          "        elif [[ -z $job && -f ${COMP_WORDS[i]} ]]; then\n"
          "            job=${COMP_WORDS[i]}\n"
          "        fi\n"
          "    done\n"
          "    if [[ -z $command ]]; then\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$_winnow_commands --help --version\" -- "
          "\"$cur\")\n"
          "        return\n"
          "    fi\n"
          "    value=$(_winnow_value \"$command\" \"$option\")\n"
          "    case $value in\n"
          "    @keys)\n"
          "        if [[ -n $key ]]; then\n"
          "            mapfile -t COMPREPLY < <(compgen -W \"$(_winnow_key_values \"$key\")\" -- "
          "\"$cur\")\n"
          "        else\n"
          "            compopt -o nospace\n"
          "            mapfile -t COMPREPLY < <(compgen -W \"$(_winnow_keys)\" -- \"$cur\")\n"
          "        fi\n"
          "        ;;\n"
          "    @where)\n"
          "        [[ -n $job ]] || return\n"
          "        if [[ -n $key ]]; then\n"
          "            _winnow_reply \"$(\"${COMP_WORDS[0]}\" completion where \"$job\" \"$key\" "
          "2>/dev/null)\" \"$cur\"\n"
          "        else\n"
          "            compopt -o nospace\n"
          "            _winnow_reply \"$(\"${COMP_WORDS[0]}\" completion where \"$job\" "
          "2>/dev/null | sed 's/$/=/')\" \"$cur\"\n"
          "        fi\n"
          "        ;;\n"
          "    @any) ;;\n"
          "    '' | @files)\n"
          "        if [[ -z $value && $cur == -* ]]; then\n"
          "            mapfile -t COMPREPLY < <(compgen -W \"$(_winnow_options \"$command\")\" -- "
          "\"$cur\")\n"
          "        else\n"
          "            compopt -o filenames\n"
          "            mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
          "        fi\n"
          "        ;;\n"
          "    *) mapfile -t COMPREPLY < <(compgen -W \"$value\" -- \"$cur\") ;;\n"
          "    esac\n"
          "}\n\n"
          "complete -F _winnow winnow\n",
          stdout);
}

/* ---- zsh ---- */

/* In single quotes, within the brackets of _arguments. */
static void print_zsh_help(const char *help)
{
    for (; *help; help++) {
        if (*help == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:\\", *help))
            printf("\\%c", *help);
        else
            putchar(*help);
    }
}

static void print_zsh_flag(const struct command *command, const struct flag *flag)
{
    const char *equals_sign = flag->option.type == OPTION_BOOLEAN ? "" : "=";
    const char *star = flag->is_repeatable ? "*" : "";
    printf("        ");
    if (flag->short_name)
        printf("'%s'{-%c,--%s%s}'[", star, flag->short_name, flag->option.name, equals_sign);
    else
        printf("'%s--%s%s[", star, flag->option.name, equals_sign);
    print_zsh_help(flag->option.help);
    printf("]");
    if (flag->option.type != OPTION_BOOLEAN)
        printf(":%s:", flag->value_name ? flag->value_name : "value");
    if (flag->option.type == OPTION_CHOICE) {
        printf("(");
        print_choices(flag->option.choices);
        printf(")");
    } else if (takes(flag, "KEY=VALUE") && strcmp(command->name, "read") != 0) {
        printf("_winnow_set");
    } else if (takes(flag, "FIELD=VALUE")) {
        printf("_winnow_where");
    } else if (takes_file(flag)) {
        printf("_files");
    } else if (takes(flag, "DIR")) {
        printf("_files -/");
    }
    printf("' \\\n");
}

static void print_zsh(void)
{
    printf("#compdef winnow\n# zsh completion for winnow " WINNOW_VERSION
           ", written by `winnow completion zsh`\n\n");
    print_key_functions();
    fputs("_winnow_set() {\n"
          "    local -a keys\n"
          "    if compset -P 1 '*='; then\n"
          "        keys=(${=$(_winnow_key_values \"${IPREFIX%=}\")})\n"
          "        _describe value keys\n"
          "    else\n"
          "        keys=(${=$(_winnow_keys)})\n"
          "        compadd -S '' -a keys\n"
          "    fi\n"
          "}\n\n"
          "_winnow_where() {\n"
          "    local job word\n"
          "    local -a names\n"
          "    for word in ${words[2,-1]}; do\n"
          "        [[ -z $job && $word == *.* && -f ${~word} ]] && job=${~word}\n"
          "    done\n"
          "    [[ -n $job ]] || return 1\n"
          "    if compset -P 1 '*='; then\n"
          "        names=(\"${(@f)$(winnow completion where $job ${IPREFIX%=} 2>/dev/null)}\")\n"
          "        compadd -a names\n"
          "    else\n"
          "        names=(\"${(@f)$(winnow completion where $job 2>/dev/null)}\")\n"
          "        compadd -S = -a names\n"
          "    fi\n"
          "}\n\n"
          "_winnow() {\n"
          "    local context state line\n"
          "    local -a commands\n"
          "    commands=(\n",
          stdout);
    for (const struct command *const *command = commands; *command; command++) {
        printf("        '%s:", (*command)->name);
        print_zsh_help((*command)->summary);
        printf("'\n");
    }
    fputs("    )\n"
          "    _arguments -C '(- *)--help[print help]' '(- *)--version[print the version]' \\\n"
          "        '1:command:->command' '*::argument:->argument'\n"
          "    case $state in\n"
          "    command) _describe command commands ;;\n"
          "    argument)\n"
          "        case $words[1] in\n",
          stdout);
    for (const struct command *const *command = commands; *command; command++) {
        printf("        %s) _arguments -s \\\n", (*command)->name);
        for (const struct flag *flag = (*command)->flags; flag && flag->option.name; flag++)
            print_zsh_flag(*command, flag);
        printf("        '--help[print help]' '*:file:_files' ;;\n");
    }
    fputs("        esac\n"
          "        ;;\n"
          "    esac\n"
          "}\n\n"
          "_winnow \"$@\"\n",
          stdout);
}

/* ---- Columns and values ---- */

static void print_line(void *user, struct text line)
{
    (void)user;
    printf("%.*s\n", TEXT_ARGUMENT(line));
}

static bool print_filters(const char *path, const char *column, struct error *error)
{
    struct job job = {0};
    struct assembly assembly = {0};
    bool ok = job_load(&job, path, TEXT(""), error) && assemble_sandbox(&job, NULL, error) &&
              assemble_store(&assembly, &job, STORE_MUST_EXIST, error) &&
              store_for_each_filter(assembly.store, text_of(column), print_line, NULL, error);
    assemble_close(&assembly);
    job_free(&job);
    return ok;
}

static bool run(struct command_line *command_line, struct error *error)
{
    struct text unused;
    if (!command_parse(&completion_command, command_line, &unused, error) ||
        !command_check_operands(&completion_command, command_line->operand_count, 1, 3, error))
        return false;
    const char *shell = command_line->operands[0];
    int count = command_line->operand_count;
    if (strcmp(shell, "where") == 0 && count > 1)
        return print_filters(command_line->operands[1],
                             count > 2 ? command_line->operands[2] : NULL, error);
    if (count == 1 && strcmp(shell, "bash") == 0)
        print_bash();
    else if (count == 1 && strcmp(shell, "zsh") == 0)
        print_zsh();
    else
        return error_set(error, ERROR_USAGE, "winnow completion: '%s': expected bash or zsh",
                         shell);
    return true;
}

const struct command completion_command = {
    .name = "completion",
    .summary = "print a completion script for bash or zsh",
    .operands = "bash | zsh",
    .help =
        "Completes commands, options, the keys of --set with their values, and the columns and\n"
        "values of --where from the job's database. The Debian package installs both scripts.\n"
        "\n"
        "  source <(winnow completion bash)\n"
        "  winnow completion zsh > ~/.zfunc/_winnow\n",
    .run = run,
};
