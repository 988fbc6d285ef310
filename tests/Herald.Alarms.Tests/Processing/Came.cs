namespace Herald.Alarms.Tests.Processing;

/// <summary>What the application made of a batch.</summary>
internal sealed record Came(IReadOnlyList<Digest> Digests, IReadOnlyList<(long Sequence, string Reason)> Rejected, IReadOnlyList<string> Written, long BytesSet, long BytesSaved)
{
    public IEnumerable<string> Payloads => Digests.Select(digest => digest.Payload);
}

/// <summary>A digest as it is emitted.</summary>
internal sealed record Digest(string Topic, string Id, string? Key, string? Type, string ContentType, string Payload);
