namespace Herald.Nats.Messages;

/// <summary>
/// Subjects are tokens with dots between them. In subscribed subjects, <c>*</c> matches one token, and <c>&gt;</c> at the end matches one
/// or more tokens.
/// </summary>
public static class Subjects
{
    public const string Rule = "up to 512 characters without spaces, in parts that are separated by dots and not empty";

    private const int Longest = 512;

    /// <summary>Messages can be published to it.</summary>
    public static bool IsLiteral(string subject) => IsPattern(subject) && !HasWildcard(subject);

    /// <summary>It can be subscribed.</summary>
    public static bool IsPattern(string subject)
    {
        if (subject.Length is 0 or > Longest)
            return false;
        foreach (var part in subject.AsSpan().Split('.'))
        {
            var token = subject.AsSpan()[part];
            if (token.IsEmpty || (token is ">" && part.End.Value != subject.Length) || HasSpace(token))
                return false;
        }
        return true;
    }

    public static bool HasWildcard(string subject)
    {
        foreach (var part in subject.AsSpan().Split('.'))
        {
            if (subject.AsSpan()[part] is "*" or ">")
                return true;
        }
        return false;
    }

    /// <summary>The first matches every message that the second matches.</summary>
    public static bool Covers(string wide, string narrow)
    {
        var (wides, narrows) = (wide.Split('.'), narrow.Split('.'));
        for (var i = 0; i < wides.Length; i++)
        {
            if (i == narrows.Length)
                return false;
            if (wides[i] == ">")
                return true;
            if (narrows[i] == ">" || (wides[i] != "*" && wides[i] != narrows[i]))
                return false;
        }
        return wides.Length == narrows.Length;
    }

    /// <summary>Both can match the same message.</summary>
    public static bool Overlap(string one, string other)
    {
        var (ones, others) = (one.Split('.'), other.Split('.'));
        for (var i = 0; i < ones.Length && i < others.Length; i++)
        {
            if (ones[i] == ">" || others[i] == ">")
                return true;
            if (ones[i] != "*" && others[i] != "*" && ones[i] != others[i])
                return false;
        }
        return ones.Length == others.Length;
    }

    private static bool HasSpace(ReadOnlySpan<char> token)
    {
        foreach (var c in token)
        {
            if (c <= ' ' || c == '\x7f')
                return true;
        }
        return false;
    }
}
