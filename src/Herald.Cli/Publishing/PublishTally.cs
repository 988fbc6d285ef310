using Herald.Client;

namespace Herald.Cli.Publishing;

/// <summary>The results of the events that were sent, with the exact text of the first problems.</summary>
internal sealed class PublishTally
{
    private const int MostProblems = 20, MostIds = 100;
    private readonly List<(long Line, string Detail)> _problems = [];
    private readonly List<string> _ids = [];

    public long Accepted { get; private set; }

    /// <summary>Events that Herald already had, which is as good as accepted.</summary>
    public long Duplicates { get; private set; }
    public long Refused { get; private set; }

    /// <summary>The last line that was sent and answered. A repetition can begin after it.</summary>
    public long LastLine { get; private set; }
    public IReadOnlyList<(long Line, string Detail)> Problems => _problems;

    /// <summary>The ids of the first events that Herald has.</summary>
    public IReadOnlyList<string> Ids => _ids;

    /// <summary>No event has a result.</summary>
    public bool IsEmpty => Accepted + Duplicates + Refused == 0;

    public void Refuse(long line, string detail)
    {
        Refused++;
        if (_problems.Count < MostProblems)
            _problems.Add((line, detail));
    }

    /// <summary>Counts an answer to a batch. False when the answer contains no verdicts on the events.</summary>
    public bool Count(Reply<PublishAnswer> reply, IReadOnlyList<PublishLine> batch)
    {
        // A batch of which nothing was accepted is a problem, which has the verdicts as well.
        var results = reply.Value?.Results ?? reply.Problem?.Results;
        if (results is null || results.Count != batch.Count)
            return false;
        foreach (var (result, sent) in results.Zip(batch))
        {
            if (result is { IsStored: true, Id: { } id } && _ids.Count < MostIds)
                _ids.Add(id);
            switch (result.Status)
            {
                case PublishStatus.Accepted:
                    Accepted++;
                    break;
                case PublishStatus.Duplicate:
                    Duplicates++;
                    break;
                default:
                    Refuse(sent.Number, result.Problem?.ToString() ?? result.Status);
                    break;
            }
            LastLine = Math.Max(LastLine, sent.Number);
        }
        return true;
    }
}
