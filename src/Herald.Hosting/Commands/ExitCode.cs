namespace Herald.Hosting.Commands;

/// <summary>The exit codes of commands. Scripts rely on them, and docs/cli.md lists them. A number never gets a new meaning.</summary>
public enum ExitCode
{
    Ok = 0,

    /// <summary>The command was tried and failed. The error output says why.</summary>
    Failed = 1,

    /// <summary>The command line itself is wrong. Nothing was tried.</summary>
    BadUsage = 2,

    /// <summary>
    /// No Herald answers at the address: nothing, or something else; for commands that use PostgreSQL or Kafka directly, also none of these.
    /// </summary>
    NotReachable = 3,

    /// <summary>The topic, subscription, event, dead letter or database does not exist.</summary>
    NotFound = 4,

    /// <summary>
    /// Herald understood the request and refused it: it breaks a rule, a version does not match, or other things depend on its object.
    /// </summary>
    Refused = 5,

    /// <summary>A token is missing or wrong, or a user, a password or a privilege in PostgreSQL.</summary>
    NotAllowed = 6,

    /// <summary>Herald cannot process the request now. The same command can succeed later.</summary>
    Unavailable = 7,

    /// <summary>Ended by Ctrl-C.</summary>
    Interrupted = 130,
}
