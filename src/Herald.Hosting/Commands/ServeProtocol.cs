namespace Herald.Hosting.Commands;

/// <summary>The contract for programs that start <c>herald serve</c>.</summary>
public static class ServeProtocol
{
    /// <summary>The start of the line with the address of the server. It is printed once the server is ready.</summary>
    public const string ReadyLine = "Herald is ready at ";

    /// <summary>
    /// The option with which the server stops when its standard input ends. The input also ends when the program that started the server
    /// ends.
    /// </summary>
    public const string UntilInputEndsOption = "--until-input-ends";
}
