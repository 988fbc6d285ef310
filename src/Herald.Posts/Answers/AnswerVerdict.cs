using Herald.Messages.Providers;

namespace Herald.Posts.Answers;

/// <summary>What an answer means, and the result that follows from it alone.</summary>
internal readonly record struct AnswerVerdict(AnswerMeaning Meaning, ProviderResult Result);
