using Herald.Engine.Stores;

namespace Herald.Server.Publishing;

/// <summary>How the events of one request fared.</summary>
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
            switch (appended.Verdict)
            {
                case Verdict.Accepted: tally.Accepted++; break;
                case Verdict.Duplicate: tally.Duplicates++; break;
                case Verdict.Conflict: tally.Conflicts++; break;
                default: tally.NoRoom++; break;
            }
        }
        return tally;
    }
}
