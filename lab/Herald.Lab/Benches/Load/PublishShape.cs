using System.Globalization;
using System.Text;

namespace Herald.Lab.Benches.Load;

/// <summary>
/// What publishers send, to the byte: events of 256 bytes of payload over 1,000 keys, each with an id of its own, so many a request.
/// Numbers have a fixed width: every request has the same length, and whoever sends many replaces digits.
/// </summary>
internal sealed class PublishShape(int batch)
{
    public const string Topic = "bench";
    public const int PayloadBytes = 256;
    public const int Keys = 1000;
    public const string NumberFormat = "000000000000";
    public const string KeyFormat = "000";
    private const string IdBegins = "{\"id\":\"";
    private const string KeyBegins = "\",\"key\":\"key-";
    private const string PayloadBegins = "\",\"payload\":";
    private static readonly string Payload = $"{{\"data\":\"{new string('x', PayloadBytes - 11)}\"}}";

    /// <summary>Events in a request.</summary>
    public int Batch => batch;

    public string ContentType => batch == 1 ? "application/json" : "application/x-ndjson";

    /// <summary>What stands before the first number of a body.</summary>
    /// <param name="run">Of the whole test: no two runs may give the same ids.</param>
    /// <param name="sender">Of the run: a thread or a connection, 0 to 99.</param>
    public static string Opening(int run, int sender) => string.Create(CultureInfo.InvariantCulture, $"{IdBegins}{run:0000}-{sender:00}-");

    /// <summary>What follows an event's number.</summary>
    /// <param name="key">A number, or what a program replaces by one of the same length.</param>
    public static string Tail(string key) => $"{KeyBegins}{key}{PayloadBegins}{Payload}}}\n";

    /// <summary>Of one event, and where in it the digits are.</summary>
    public static int EventBytes { get; } = Opening(0, 0).Length + NumberFormat.Length + Tail(KeyFormat).Length;
    public static int NumberAt { get; } = Opening(0, 0).Length;
    public static int KeyAt { get; } = NumberAt + NumberFormat.Length + KeyBegins.Length;

    public int BodyBytes => batch * EventBytes;

    public string Head(Uri server) => string.Create(
        CultureInfo.InvariantCulture,
        $"POST /v1/topics/{Topic}/events HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: {ContentType}\r\nContent-Length: {BodyBytes}\r\n\r\n");

    /// <summary>One request's body with the numbers from <paramref name="first"/> on.</summary>
    public byte[] Body(int run, int sender, long first)
    {
        var body = new StringBuilder();
        for (var number = first; number < first + batch; number++)
            body.Append(Opening(run, sender)).Append(number.ToString(NumberFormat, CultureInfo.InvariantCulture))
                .Append(Tail((number % Keys).ToString(KeyFormat, CultureInfo.InvariantCulture)));
        return Encoding.ASCII.GetBytes(body.ToString());
    }
}
