namespace Herald.LocalServers.Push;

/// <summary>A request that a fake push service received.</summary>
/// <param name="Headers">Names in lower case.</param>
public sealed record PushCall(
    string Method, string Path, string Protocol, string Connection, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>What a fake push service answers.</summary>
public sealed record PushAnswer(int Status, string Body = "")
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>What a device would get.</summary>
/// <param name="Device">Its token, or the id of a browser.</param>
/// <param name="Content">The JSON that the app or the page reads.</param>
public sealed record AcceptedPush(string Device, string Content, PushCall Call);
