namespace Herald.Evidence.Claims;

/// <summary>A claim of the documents, and the command that proves it.</summary>
/// <param name="Name">Also the name of its record: letters, digits and dashes.</param>
/// <param name="Kind">What kind of output the command produces.</param>
/// <param name="Command">Run in the root of the working copy. <c>{output}</c> stands for the file that the command writes.</param>
/// <param name="Paths">Folders and files that the claim depends on. Its record is stale when one of them has changed since.</param>
/// <param name="Runs">
/// How many runs the claim needs. It is read as that many claims, NAME-1, NAME-2 …, each with a record of its own.
/// </param>
/// <param name="Log">For a command that writes a file of its own: the path of that file, relative to the root.</param>
internal sealed record Claim(
    string Name, ClaimKind Kind, IReadOnlyList<string> Command, IReadOnlyList<string> Paths, int Runs = 1, string? Log = null)
{
    public const string Output = "{output}";

    /// <summary>The command as a person would type it, without the option for the output file.</summary>
    public string Typed => string.Join(' ', Command.Where((word, i) => word != Output && Command.ElementAtOrDefault(i + 1) != Output));
}

/// <summary>How a result is read and printed.</summary>
internal enum ClaimKind
{
    /// <summary>The figures that <c>herald bench --json</c> writes.</summary>
    Bench,

    /// <summary>The criteria that <c>herald scenario --json</c> writes.</summary>
    Scenario,

    /// <summary>The last line of <c>./test</c>.</summary>
    Tests,

    /// <summary>The log of a suite: the output that tests wrote while they ran, and their results.</summary>
    Told,

    /// <summary>The share of each project's lines that tests run, as <c>./test --coverage</c> prints it.</summary>
    Coverage,

    /// <summary>The lines in which the simulation reports the planted faults that it found, and where.</summary>
    Planted,

    /// <summary>The report that <c>./test --mutants --json</c> writes.</summary>
    Mutants,

    /// <summary>The figures that <c>./soak --json</c> writes.</summary>
    Soak,
}
