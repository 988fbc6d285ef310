using Herald.Engine.Stores;

namespace Herald.Server.Publishing;

/// <summary>The results of one request's events, counted.</summary>
internal struct PublishTally
{
    public int Accepted, Duplicates, Conflicts, Refused, NoRoom;

    public readonly int Stored => Accepted + Duplicates;
    public readonly int Total => Stored + Conflicts + Refused + NoRoom;

    public static PublishTally Of(ReadOnlySpan<Appended> verdicts, int refused)
    {
        var tally = new PublishTally { Refused = refused };
        foreach (var appended in verdicts)
        {
            _ = appended.Verdict switch
            {
                Verdict.Accepted => tally.Accepted++,
                Verdict.Duplicate => tally.Duplicates++,
                Verdict.Conflict => tally.Conflicts++,
                Verdict.NoRoom => tally.NoRoom++,
            };
        }
        return tally;
    }
}
