using System.Globalization;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Journal.Tests.Crashes;

/// <summary>
/// The content of a journal after certain changes, as answers to the questions that <see cref="Questions"/> asks a store.
/// </summary>
internal sealed class World
{
    public const int Shards = 2, Keys = 5;

    private SortedDictionary<long, NewEvent>[] _logs = [[], []];
    private List<string> _progress = [];
    private Dictionary<string, string> _state = [];
    private List<(DeadLetterId Id, string Reason)> _letters = [];
    private List<(long First, long Last, string Text)> _history = [];
    private SortedDictionary<string, (long Version, string? Body)> _catalog = new(StringComparer.Ordinal);
    private Dictionary<(int Shard, ulong Key), long> _kept = [];
    private long _catalogVersion;
    private long? _source;

    /// <summary>The sequences below which the owners have settled everything. Retention may free what is below.</summary>
    public long[] Settled { get; private set; } = new long[Shards];

    /// <summary>The ids of the dead letters, oldest first.</summary>
    public IReadOnlyList<DeadLetterId> Letters => [.. _letters.Select(l => l.Id)];

    /// <summary>Whether a journal can be in this state: logs have no gaps.</summary>
    public bool IsWhole => _logs.All(log => log.Count == 0 || log.Keys.Last() == log.Count);

    public NewEvent Event(int shard, long sequence) => _logs[shard][sequence];

    public long Last(int shard) => _logs[shard].Count == 0 ? 0 : _logs[shard].Keys.Last();

    public World Copy() => new()
    {
        _logs = [.. _logs.Select(log => new SortedDictionary<long, NewEvent>(log))],
        _progress = [.. _progress],
        _state = new(_state),
        _letters = [.. _letters],
        _history = [.. _history],
        _catalog = new(_catalog, StringComparer.Ordinal),
        _kept = new(_kept),
        _catalogVersion = _catalogVersion,
        _source = _source,
        Settled = [.. Settled],
    };

    /// <param name="shown">The history as the store answers it.</param>
    public void ForgetHistoryBut(string shown) => _history.RemoveAll(block => !shown.Split(' ').Contains(block.Text));

    /// <summary>Appends the event at the given sequence, or else at the first free one.</summary>
    public void Append(in NewEvent one, long? sequence = null)
    {
        var log = _logs[one.Shard.Value];
        for (var free = 1L; sequence is null; free++)
            if (!log.ContainsKey(free))
                sequence = free;
        log.Add(sequence.Value, one);
    }

    public void AppendOnce(in NewEvent one)
    {
        var record = one.Record;
        if (!_logs[one.Shard.Value].Values.Any(known => known.Record.Span.SequenceEqual(record.Span)))
            Append(one);
    }

    public void ReachSource(long position) => _source = position;

    public void Note(ShardNote note) => _progress.Add(Questions.Text(note.Progress));

    public void Commit(ShardCommit commit, IReadOnlyList<long>? emitted = null)
    {
        if (commit.IsCheckpoint)
            _progress.Clear();
        if (!commit.Progress.IsEmpty)
            _progress.Add(Questions.Text(commit.Progress));
        var shard = commit.Fence.Shard.Value;
        Settled[shard] = Math.Max(Settled[shard], commit.SettledBelow);
        if (commit.IsAllKept)
            _kept = _kept.Where(kept => kept.Key.Shard != shard).ToDictionary();
        foreach (var (key, from) in commit.Kept)
        {
            if (from > 0)
                _kept[(shard, key)] = from;
            else
                _kept.Remove((shard, key));
        }
        for (var i = 0; i < commit.Emitted.Count; i++)
            Append(commit.Emitted[i], emitted?[i]);
        foreach (var write in commit.State)
        {
            if (write.Value is { } value)
                _state[Questions.Text(write.Key)] = Questions.Text(value);
            else
                _state.Remove(Questions.Text(write.Key));
        }
        _letters.AddRange(commit.DeadLetters.Select(letter => (letter.Id, letter.Reason.Reason)));
        if (commit.History is { } history)
            _history.Add((history.First, history.Last, Questions.Text(history.Block)));
    }

    public void Change(IReadOnlyList<CatalogWrite> writes)
    {
        _catalogVersion++;
        foreach (var write in writes)
            _catalog[write.Id] = (_catalogVersion, write.Body is { } body ? Questions.Text(body) : null);
    }

    public void Discard(DeadLetterId id) => _letters.RemoveAll(letter => letter.Id == id);

    /// <param name="firsts">For each shard, the first sequence from which on all events are kept.</param>
    public SortedDictionary<string, string> Answers(IReadOnlyList<long> firsts)
    {
        var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var shard = 0; shard < Shards; shard++)
        {
            answers[$"last of {shard}"] = Text(Last(shard));
            foreach (var (sequence, one) in _logs[shard].Where(e => e.Key >= firsts[shard]))
            {
                answers[Questions.EventName(shard, sequence)] = Questions.Digest(one.Record.Span);
                answers[Questions.IndexName(shard, sequence)] = Questions.Text(one.Index with { Sequence = sequence, Size = one.Record.Length });
            }
            foreach (var (sequence, one) in _logs[shard].Where(e => e.Key < firsts[shard] && e.Key >= _kept.GetValueOrDefault((shard, e.Value.Index.KeyHash), long.MaxValue)))
                answers[Questions.KeptName(shard, sequence)] =
                    $"{Questions.Digest(one.Record.Span)} {Questions.Text(one.Index with { Sequence = sequence, Size = one.Record.Length })}";
        }
        answers["progress"] = string.Join(' ', _progress);
        for (var i = 0; i < Keys; i++)
            answers[$"state k{i}"] = _state.GetValueOrDefault($"k{i}", "(none)");
        answers["letters"] = string.Join(' ', _letters.Select(letter => letter.Id.Sequence));
        foreach (var (id, reason) in _letters)
            answers[$"letter {id.Sequence}"] = $"{reason} {Questions.Digest(_logs[id.Shard.Value][id.Sequence].Record.Span)}";
        answers["history"] = string.Join(' ', _history.Select(block => block.Text));
        answers["catalog"] = $"{Text(_catalogVersion)}: {string.Join(' ', _catalog.Select(r => $"{r.Key} {Text(r.Value.Version)} {r.Value.Body ?? "(removed)"}"))}";
        answers["source"] = _source is { } position ? Text(position) : "(none)";
        return answers;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
