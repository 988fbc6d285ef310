using Herald.Hosting.Problems;

namespace Herald.Alarms.Inspection;

/// <summary>The problems of requests about users, in addition to those of all requests.</summary>
internal static class AlarmsProblem
{
    public static readonly ProblemKind UserNotFound = new("alarm-user-not-found", 404, "The user has no alarms");

    public static readonly IReadOnlyList<ProblemKind> All = [UserNotFound];
}
