namespace Herald.Messages;

/// <summary>Something to tell a person, whatever the channel. Every text in it is valid Unicode and within its bound.</summary>
public sealed record Message
{
    /// <summary>
    /// The same over all attempts, so that a provider can drop a repeat: the <c>uuid</c> of the payload, or the message id of the delivery
    /// when the payload has none. Only <c>[A-Za-z0-9_-]</c>.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>
    /// By which a service recognizes a repeat, when several recipients can get messages with the same <see cref="Id"/>: it differs for each
    /// provider and recipient. Null when the id itself does.
    /// </summary>
    public string? RepeatKey { get; init; }

    /// <summary>The kind of channel that the sender asked for; null when the payload does not say. Channels need not look at it.</summary>
    public Destination? Destination { get; init; }

    /// <summary>
    /// The recipient in the form of the channel: a mail address, a number, a device token. An object in the payload, such as the push
    /// subscription of a browser, is here as JSON. Null when the endpoint or the provider says to whom.
    /// </summary>
    public string? To { get; init; }

    /// <summary>One line, also the title of a push message.</summary>
    public string? Subject { get; init; }

    public required string Text { get; init; }

    /// <summary>One short line for lists and alarms: the subject, or else the beginning of the text.</summary>
    public string Headline => ProviderText.OneLine(Subject ?? Text, LongestHeadline);

    public string? Html { get; init; }

    /// <summary>Values for templates, and for applications that read push messages.</summary>
    public IReadOnlyDictionary<string, string> Data { get; init; } = NoData;

    /// <summary>What the message is about, such as <c>invoices</c>: one word for filters and wishes.</summary>
    public string? Category { get; init; }

    public MessagePriority Priority { get; init; } = MessagePriority.Normal;

    /// <summary>After this time the message is of no use.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Where the recipient ends such messages: an https or mailto address.</summary>
    public Uri? Unsubscribe { get; init; }

    private const int LongestHeadline = 200;

    internal static readonly IReadOnlyDictionary<string, string> NoData = new Dictionary<string, string>();
}

public enum MessagePriority
{
    Low,
    Normal,
    High,
}

/// <summary>The kinds of channels, with the numbers that producers on a broker write.</summary>
public enum Destination
{
    Email = 0,
    Sms = 1,
    Slack = 2,
    Push = 3,
}
