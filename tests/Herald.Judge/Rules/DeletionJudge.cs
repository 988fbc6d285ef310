using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>A deleted subscription must give up its attempts in flight. They would keep permits that others wait for.</summary>
public sealed class DeletionJudge(Ledger ledger)
{
    // A node that learns of the deletion cancels the attempts at once. The receiver sees the end of the connection.
    private const long GivesUpWithinMs = 200, LookEveryMs = 100;
    private long _nextLookMs;

    public void Look()
    {
        var (now, calm) = (ledger.NowMs, ledger.Hindrances.CalmSinceMs);
        if (now < _nextLookMs || calm >= now)
            return;
        _nextLookMs = now + LookEveryMs;
        foreach (var (history, book) in ledger.Subscriptions)
        {
            foreach (var open in book.Open)
            {
                var since = Math.Max(history.DeletedSinceMs(open.AtMs), calm);
                if (since < now && now - since > GivesUpWithinMs + ledger.Settings.LateMs)
                    throw new AccusedException(18, $"{now - since} ms after its subscription was deleted everywhere an attempt goes on: {open.Delivery}");
            }
        }
    }
}
