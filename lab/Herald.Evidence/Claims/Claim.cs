namespace Herald.Evidence.Claims;

/// <summary>What the documents claim, and the command that shows it.</summary>
/// <param name="Name">Of the record, too: letters, digits and dashes.</param>
/// <param name="Kind">What the command leaves behind.</param>
/// <param name="Command">Run in the working copy's root. <c>{output}</c> is the file that the command is to write.</param>
/// <param name="Paths">Folders and files of which the claim speaks: its record is stale when one of them has changed since.</param>
/// <param name="Runs">How often it is to be shown. Read as so many claims, NAME-1, NAME-2 …, each with a record of its own.</param>
/// <param name="Log">For what a command writes to a file of its own: where, from the root.</param>
internal sealed record Claim(string Name, ClaimKind Kind, IReadOnlyList<string> Command, IReadOnlyList<string> Paths, int Runs = 1, string? Log = null)
{
    public const string Output = "{output}";

    /// <summary>As somebody would type it, without where the figures go.</summary>
    public string Typed => string.Join(' ', Command.Where((word, i) => word != Output && Command.ElementAtOrDefault(i + 1) != Output));
}

/// <summary>How a result is read, and printed.</summary>
internal enum ClaimKind
{
    /// <summary>The figures that <c>herald bench --json</c> writes.</summary>
    Bench,

    /// <summary>The criteria that <c>herald scenario --json</c> writes.</summary>
    Scenario,

    /// <summary>The last line of <c>./test</c>.</summary>
    Tests,

    /// <summary>What tests wrote while they ran, and how they ended: the log of a suite.</summary>
    Told,

    /// <summary>The share of each project's lines that <c>./test --coverage</c> prints.</summary>
    Coverage,

    /// <summary>The lines in which the simulation says which planted fault it has found, and where.</summary>
    Planted,

    /// <summary>What <c>./test --mutants --json</c> writes.</summary>
    Mutants,

    /// <summary>The figures that <c>./soak --json</c> writes.</summary>
    Soak,
}
