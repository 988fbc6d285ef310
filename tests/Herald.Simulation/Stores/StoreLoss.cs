using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Stores;

/// <summary>
/// The one thing that a store acknowledges and does not keep, like a disk that reports a write it has not made: an accepted event, or the
/// content of a commit. The tests ask whether the loss is noticed. This class records whether somebody outside was promised what is lost.
/// </summary>
/// <param name="ofCommits">True: a commit with dead letters is lost. False: an appended event.</param>
internal sealed class StoreLoss(Simulator simulator, bool ofCommits)
{
    // Some candidates pass before the loss. What comes before and after the loss is kept.
    private int _passBy = simulator.Draw(0, 8);
    private bool _isArmed;

    // The lost event with its acknowledged sequence, or the lost dead letters.
    private (NewEvent Event, Appended Answer)? _event;
    private IReadOnlyList<NewDeadLetter> _letters = [];

    public IReadOnlyList<NewDeadLetter> Letters => _letters;

    /// <summary>A publisher got the answer that the lost event was accepted.</summary>
    public bool IsHeard { get; private set; }

    /// <summary>From now on the next candidates can be lost.</summary>
    public void Arm() => _isArmed = true;

    public bool Takes(in NewEvent given, Appended answer)
    {
        if (ofCommits || !IsNext())
            return false;
        _event = (given with { Record = given.Record.ToArray() }, answer);
        simulator.Trace($"lost: sequence {answer.Sequence} of shard {given.Shard}");
        return true;
    }

    public bool Takes(ShardCommit commit)
    {
        if (!ofCommits || commit.DeadLetters.Count == 0 || !IsNext())
            return false;
        _letters = commit.DeadLetters;
        simulator.Trace($"lost: commit {commit.Number} of epoch {commit.Fence.Epoch}, shard {commit.Fence.Shard}, with {_letters.Count} dead letters");
        return true;
    }

    /// <summary>Whether an answer confirms the lost event, and so is false.</summary>
    public bool OnAnswered(ShardId shard, Appended answer, string payload)
    {
        if (_event is not var (lost, told) || lost.Shard != shard || told.Sequence != answer.Sequence
            || System.Text.Encoding.UTF8.GetString(new EventView(lost.Record).Payload.Span) != payload)
            return false;
        IsHeard = true;
        return true;
    }

    private bool IsNext()
    {
        return _isArmed && _passBy-- == 0;
    }
}
