using Herald.Client;

namespace Herald.Hosting.Commands;

/// <summary>How a command ends that has got an answer of Herald's.</summary>
public static class ReplyExitCode
{
    public static ExitCode Of(Reply reply) => reply.Status switch
    {
        >= 200 and < 300 => ExitCode.Ok,
        404 => ExitCode.NotFound,
        401 or 403 or 421 => ExitCode.NotAllowed,
        429 or 503 => ExitCode.Unavailable,
        >= 400 and < 500 => ExitCode.Refused,
        _ => ExitCode.Failed,
    };
}
