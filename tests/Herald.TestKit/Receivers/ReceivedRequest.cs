using System.Text;

namespace Herald.TestKit.Receivers;

/// <summary>One request as it arrived.</summary>
/// <param name="Connection">The number of its connection: 1 for the first that was accepted.</param>
/// <param name="Headers">In the order received, with the names as sent.</param>
public sealed record ReceivedRequest(
    int Connection, string Method, string Target, string Protocol, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>The value of a header. Null when it is missing. A header that occurs twice is an error.</summary>
    public string? Header(string name) =>
        Headers.SingleOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
