namespace Herald.Cli.Serving;

/// <summary><c>herald serve</c></summary>
internal static class ServeCommand
{
    /// <summary>What the line begins with that says where the server listens, once it does.</summary>
    public const string ReadyLine = "Herald is ready at ";

    /// <summary>For servers started by a program: stop when the standard input ends, as it does when that program is no more.</summary>
    public const string UntilInputEndsOption = "--until-input-ends";
}
