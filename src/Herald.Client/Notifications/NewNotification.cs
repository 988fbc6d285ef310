namespace Herald.Client;

/// <summary>A request to tell somebody something.</summary>
public sealed record NewNotification
{
    /// <summary>A uuid of the caller's own. The same uuid again, with the same content, has no second effect.</summary>
    public required Guid Uuid { get; init; }

    /// <summary><c>EMAIL</c>, <c>SMS</c>, <c>SLACK</c> or <c>PUSH</c>.</summary>
    public required string Destination { get; init; }

    /// <summary>The text. A template, an html or, for PUSH, data can take its place.</summary>
    public string? Txt { get; init; }

    /// <summary>An address in the form of the destination, or a person as <c>user:NAME</c>. Null: the destination's own recipient.</summary>
    public string? To { get; init; }

    /// <summary>For EMAIL and PUSH.</summary>
    public string? Subject { get; init; }

    /// <summary>For EMAIL.</summary>
    public string? Html { get; init; }

    /// <summary>Values for applications that read push messages, and for templates of providers.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }

    /// <summary>A template of the server's settings. It gives the texts that the notification does not have.</summary>
    public string? Template { get; init; }

    /// <summary>The parameters of the template.</summary>
    public IReadOnlyDictionary<string, string>? Params { get; init; }

    /// <summary>It is sent at this time, and not before.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Nothing is sent after this time.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary><c>low</c>, <c>normal</c> or <c>high</c>, which passes quiet hours, limits and other traffic.</summary>
    public string? Priority { get; init; }

    /// <summary>What it is about, for the wishes of recipients.</summary>
    public string? Category { get; init; }

    /// <summary>Where the recipient ends such messages: an https or mailto address.</summary>
    public string? Unsubscribe { get; init; }
}
