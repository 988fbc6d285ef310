namespace Herald.LocalServers.Mail;

/// <summary>A step of a session that needs an answer.</summary>
/// <param name="Connection">1 for the first connection of the server.</param>
/// <param name="Argument">What the client said: the name, the address, or nothing.</param>
/// <param name="Mail">What has come of the mail; null outside of one.</param>
public readonly record struct MailStep(MailStage Stage, int Connection, string Argument, ReceivedMail? Mail);

/// <summary>What the server does at a step, instead of going on normally.</summary>
public abstract record MailAnswer
{
    private MailAnswer() { }

    /// <param name="Text">Several lines become a reply of several lines.</param>
    public sealed record Say(int Code, string Text) : MailAnswer;

    /// <summary>Says nothing more, and keeps the connection open until the client ends it.</summary>
    public sealed record Hang : MailAnswer;

    /// <summary>Sends this line again and again, until the client ends the connection.</summary>
    public sealed record Flood(string Line) : MailAnswer;

    /// <summary>Ends the connection.</summary>
    public sealed record Drop : MailAnswer;

    /// <summary>Says a reply and ends the connection, as a server that shuts down does.</summary>
    public sealed record SayAndDrop(int Code, string Text) : MailAnswer;

    /// <summary>Sends exactly these characters and ends the connection: half an answer, or none that the protocol knows.</summary>
    public sealed record SendAndDrop(string Characters) : MailAnswer;

    /// <summary>Takes the mail as if it were normal, and ends the connection without an answer.</summary>
    public sealed record TakeAndDrop : MailAnswer;

    /// <summary>Takes the mail as if it were normal, and never answers.</summary>
    public sealed record TakeAndHang : MailAnswer;
}
