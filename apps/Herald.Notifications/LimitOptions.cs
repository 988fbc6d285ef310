using Herald.Engine.Basics;
using Herald.Notifications.Recipients;

namespace Herald.Notifications;

/// <summary>The limit of one destination, for each recipient.</summary>
public sealed record LimitOptions
{
    [Setting("How many notifications one recipient gets within the time.", Least = "1", Most = "1000", None = "none")]
    public int? Most { get; init; }

    [Setting("The time in which they are counted.", Least = "1s", Most = "31d")]
    public TimeSpan Within { get; init; } = TimeSpan.FromHours(1);

    [Setting("What becomes of the others: they wait for their turn, or they are dropped and have the status FAILED.")]
    public Excess Then { get; init; }
}
