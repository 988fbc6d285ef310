using Herald.Client;

namespace Herald.Notifications.Commands;

/// <summary>The results of the lines of a file, with the exact text of the first problems.</summary>
internal sealed class NotifyTally
{
    private const int MostProblems = 20;
    private readonly List<(long Line, string Detail)> _problems = [];

    public long Posted { get; private set; }

    /// <summary>Notifications that Herald already had.</summary>
    public long Known { get; private set; }

    public long Refused { get; private set; }

    public IReadOnlyList<(long Line, string Detail)> Problems => _problems;

    public void Refuse(long line, string detail)
    {
        Refused++;
        if (_problems.Count < MostProblems)
            _problems.Add((line, detail));
    }

    /// <summary>Counts the results of a request. False when they do not belong to its lines.</summary>
    public bool Count(IReadOnlyList<PostResult>? results, IReadOnlyList<long> lines)
    {
        if (results is null || results.Count != lines.Count)
            return false;
        foreach (var (result, line) in results.Zip(lines))
        {
            if (result.Outcome == "new")
                Posted++;
            else if (result.Outcome == "same")
                Known++;
            else
                Refuse(line, result.Problem?.ToString() ?? result.Outcome);
        }
        return true;
    }
}
