using Herald.Engine.Basics;
using Herald.Messages;

namespace Herald.Posts;

/// <summary>What a channel demands of messages before a provider sends them. By default, they are sent as they are.</summary>
public sealed record PostRules
{
    /// <summary>Makes a message ready, for example its number. Returns what is wrong with it instead.</summary>
    /// <param name="to">The recipient; null when none is named.</param>
    public delegate (Message? Message, FieldProblem? Problem) Preparation(Message message, string? to);

    public Preparation Prepare { get; init; } = (message, to) => (message with { To = to }, null);

    /// <summary>What is wrong with a text as the provider gets it, with all that stands beside the message's own, as a sentence.</summary>
    public Func<string, string?> RefuseText { get; init; } = _ => null;
}
