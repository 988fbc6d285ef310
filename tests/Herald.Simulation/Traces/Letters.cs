using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Stores;

namespace Herald.Simulation.Traces;

/// <summary>Reports dead letters as an operator sees them, under full names.</summary>
internal static class Letters
{
    /// <param name="askedMs">When the list was requested. Null when it took no time.</param>
    public static void Tell(Teller teller, string who, DeadLetter letter, string? askedMs)
    {
        if (letter.Id.Subscription == 0 || !letter.HasRecord)
            return;
        var view = new EventView(letter.Record);
        teller.Tell(
            who, "letter", ("letter", DeadLetterActions.Format(letter.Id)), ("subscription", letter.SubscriptionId), ("topic",
                TenantId.Split(letter.Topic).Tenant.FullName(view.TopicText)), ("key", view.KeyText), ("id", view.IdText),
            ("sequence", Teller.Text(letter.Id.Sequence)), ("reason", letter.Reason.Reason), ("attempts",
                Teller.Text(letter.Reason.Attempts)), ("asked", askedMs));
    }
}
