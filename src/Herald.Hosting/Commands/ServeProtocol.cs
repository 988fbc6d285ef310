namespace Herald.Hosting.Commands;

/// <summary>What a program that starts <c>herald serve</c> relies on.</summary>
public static class ServeProtocol
{
    /// <summary>The line that says where the server listens begins with this. It is printed once the server is ready.</summary>
    public const string ReadyLine = "Herald is ready at ";

    /// <summary>An option: the server stops when its standard input ends, as it does when the program that started it is no more.</summary>
    public const string UntilInputEndsOption = "--until-input-ends";
}
