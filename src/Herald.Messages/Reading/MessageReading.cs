using System.Diagnostics.CodeAnalysis;
using Herald.Engine.Basics;
using Herald.Engine.Channels;

namespace Herald.Messages.Reading;

/// <summary>What a payload was read as: a message, or a problem.</summary>
public readonly struct MessageReading
{
    internal MessageReading(Message message) => Message = message;

    internal MessageReading(FieldProblem problem) => Problem = problem;

    public Message? Message { get; }

    public FieldProblem? Problem { get; }

    [MemberNotNullWhen(true, nameof(Message))]
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool IsMessage => Message is not null;

    /// <summary>The problem as the result of an attempt: no attempt can deliver this event.</summary>
    /// <exception cref="InvalidOperationException">It is a message.</exception>
    public AttemptResult ToResult() => RefusalOf(Problem ?? throw new InvalidOperationException("A message has no problem."));

    /// <summary>A message that this channel can never deliver, for example because of its recipient.</summary>
    public static AttemptResult RefusalOf(FieldProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var field = problem.Pointer.Length == 0 ? "payload" : problem.Pointer[1..].Replace('/', '.');
        return new()
        {
            Outcome = AttemptOutcome.Rejected,
            Stage = AttemptStage.Guard,
            Reason = ProviderText.OneLine($"{field} '{problem.Value}': {problem.Rule}", ProviderText.LongestReason),
        };
    }
}
