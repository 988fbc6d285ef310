using Herald.Engine.Stores;

namespace Herald.Contracts.Stores.Histories;

/// <summary>
/// The promises of a store in their plainest form: lists and dictionaries without failures. The model shares no code with any store. Where
/// a promise leaves a choice, the model says whether the store's choice is an allowed one.
/// </summary>
public sealed class ModelStore(int shards, long deadLetterBytes)
{
    public ModelLog[] Logs { get; } = [.. Enumerable.Range(0, shards).Select(_ => new ModelLog())];
    public ModelOwner[] Owners { get; } = [.. Enumerable.Range(0, shards).Select(_ => new ModelOwner())];
    public ModelCatalog Catalog { get; } = new();
    public ModelLetters Letters { get; } = new(deadLetterBytes);
    public Dictionary<string, long> Positions { get; } = [];

    public long[] Heads => [.. Logs.Select(log => log.Last)];

    public void Accept(ModelEvent one) => Logs[one.Shard].Accept(one, Catalog.Version);

    /// <summary>Records a commit that the store has applied.</summary>
    /// <param name="emitted">The events that the commit made.</param>
    public void Commit(ShardCommit commit, IReadOnlyList<ModelEvent> emitted, CommitReply reply)
    {
        foreach (var one in emitted)
            Accept(one);
        foreach (var letter in commit.DeadLetters)
            Letters.Add(letter, (letter.Record.IsEmpty ? RecordOf(letter.Id) : letter.Record).ToArray());
        Owners[commit.Fence.Shard.Value].Apply(commit, reply);
        Logs[commit.Fence.Shard.Value].Settle(commit);
    }

    private ReadOnlyMemory<byte> RecordOf(DeadLetterId id) => Logs[id.Shard.Value].Events[(int)id.Sequence - 1].Event.Record;
}
