using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Simulation.Running;

namespace Herald.Simulation.Storing;

/// <summary>
/// The one thing that a store acknowledges and does not keep, as a disk that has not written what it said is written: an event that was accepted, or what a commit brings.
/// Whether it is noticed is the question: what is told of it here is for those who ask whether anybody was to notice.
/// </summary>
/// <param name="ofCommits">A commit with dead letters; else an append.</param>
internal sealed class StoreLoss(Simulator simulator, bool ofCommits)
{
    // Not the first that could be: what came before it, and what comes after it, is kept.
    private int _passBy = simulator.Draw(0, 8);
    private bool _isArmed;

    // The event and its sequence as it was acknowledged; or the dead letters.
    private (NewEvent Event, Appended Answer)? _event;
    private IReadOnlyList<NewDeadLetter> _letters = [];

    public IReadOnlyList<NewDeadLetter> Letters => _letters;

    /// <summary>A publisher has heard that the lost event was accepted.</summary>
    public bool IsHeard { get; private set; }

    /// <summary>From now on something is lost.</summary>
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

    /// <summary>Whether an answer tells of the lost event, and so is a lie.</summary>
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
