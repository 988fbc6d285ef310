using System.Globalization;
using System.Text;

namespace Herald.Lab.Benches.Load;

/// <summary>
/// The exact bytes that publishers send: events with 256 bytes of payload over 1,000 keys, each with an id of its own, and a number of them
/// per request. Numbers have a fixed width, so every request has the same length, and a sender only replaces digits.
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

    /// <summary>Events per request.</summary>
    public int Batch => batch;

    public string ContentType => batch == 1 ? "application/json" : "application/x-ndjson";

    /// <summary>The part of a body before the first number.</summary>
    /// <param name="run">The number of the run within the whole test: no two runs can produce the same ids.</param>
    /// <param name="sender">The number of the sender within the run, a thread or a connection: 0 to 99.</param>
    public static string Opening(int run, int sender) => string.Create(CultureInfo.InvariantCulture, $"{IdBegins}{run:0000}-{sender:00}-");

    /// <summary>The part of an event after its number.</summary>
    /// <param name="key">A number, or a placeholder of the same length that a program replaces.</param>
    public static string Tail(string key) => $"{KeyBegins}{key}{PayloadBegins}{Payload}}}\n";

    /// <summary>The length of one event. The next two are the positions of its digits.</summary>
    public static int EventBytes { get; } = Opening(0, 0).Length + NumberFormat.Length + Tail(KeyFormat).Length;
    public static int NumberAt { get; } = Opening(0, 0).Length;
    public static int KeyAt { get; } = NumberAt + NumberFormat.Length + KeyBegins.Length;

    public int BodyBytes => batch * EventBytes;

    public string Head(Uri server) => string.Create(
        CultureInfo.InvariantCulture,
        $"POST /v1/topics/{Topic}/events HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: "
            + $"{ContentType}\r\nContent-Length: {BodyBytes}\r\n\r\n");

    /// <summary>The body of one request, with the numbers from <paramref name="first"/> on.</summary>
    public byte[] Body(int run, int sender, long first)
    {
        var body = new StringBuilder();
        for (var number = first; number < first + batch; number++)
            body.Append(Opening(run, sender)).Append(number.ToString(NumberFormat, CultureInfo.InvariantCulture))
                .Append(Tail((number % Keys).ToString(KeyFormat, CultureInfo.InvariantCulture)));
        return Encoding.ASCII.GetBytes(body.ToString());
    }
}
