namespace Herald.Notifications;

/// <summary>The names of topics, and of types of events, that the application uses.</summary>
internal static class NotificationEvents
{
    /// <summary>Everything about a uuid. The uuid is the key.</summary>
    public const string Topic = "notifications";

    /// <summary>Everything about a recipient. The recipient is the key.</summary>
    public const string RecipientsTopic = "notification-recipients";

    /// <summary>What channels send. The uuid is the key.</summary>
    public const string SendsTopic = "notification-sends";

    public const string Post = "post";

    public const string Result = "result", Record = "record", Suppress = "suppress", Allow = "allow";

    /// <summary>Types that only the applications make: a question about a recipient, and the answer.</summary>
    public const string Ask = "ask", Verdict = "verdict";

    public static ReadOnlySpan<byte> PostUtf8 => "post"u8;
}
