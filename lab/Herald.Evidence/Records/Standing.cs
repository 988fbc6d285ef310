using Herald.Evidence.Claims;

namespace Herald.Evidence.Records;

/// <summary>Whether the record of a claim is still fresh.</summary>
internal sealed record Standing(Claim Claim, Record? Record, string? Why)
{
    /// <summary>Nothing that the record depends on has changed since.</summary>
    public bool IsFresh => Why is null;

    public static Standing Of(Claim claim, RecordFolder records, WorkingCopy copy)
    {
        if (records.Find(claim.Name) is not { } record)
            return new(claim, null, "never run");
        if (record.Command != claim.Typed)
            return new(claim, record, $"was run as {record.Command}");
        foreach (var path in claim.Paths)
        {
            if (!record.Contents.TryGetValue(path, out var content))
                return new(claim, record, $"its record does not contain {path}");
            if (content != copy.ContentOf(path))
                return new(claim, record, $"{path} has changed since {record.ShortCommit}");
        }
        return new(claim, record, null);
    }
}
