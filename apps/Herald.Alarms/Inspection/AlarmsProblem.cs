using Herald.Hosting.Problems;

namespace Herald.Alarms.Inspection;

/// <summary>What can go wrong with questions for users, beside what can go wrong with every request.</summary>
internal static class AlarmsProblem
{
    public static readonly ProblemKind UserNotFound = new("alarm-user-not-found", 404, "The user has no alarms");

    public static readonly IReadOnlyList<ProblemKind> All = [UserNotFound];
}
