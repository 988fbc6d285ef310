namespace Herald.Server.Publishing;

/// <summary>The rules that a publisher sees when the store refuses an event.</summary>
internal static class PublishRules
{
    public const string Conflict =
        "An event with this topic, key and id, but other content, was accepted before. Use another id for another event.";
    public const string NoRoom =
        "The store is full, and nothing can be freed yet. Deliveries continue. Publish again later with the same id.";
}
