using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Herald.Mutants.Sites;

/// <summary>The operator that replaces each operator.</summary>
internal static class Operators
{
    private static readonly Dictionary<SyntaxKind, (SyntaxKind Kind, SyntaxKind Token)> Others = new()
    {
        [SyntaxKind.LessThanExpression] = (SyntaxKind.LessThanOrEqualExpression, SyntaxKind.LessThanEqualsToken),
        [SyntaxKind.LessThanOrEqualExpression] = (SyntaxKind.LessThanExpression, SyntaxKind.LessThanToken),
        [SyntaxKind.GreaterThanExpression] = (SyntaxKind.GreaterThanOrEqualExpression, SyntaxKind.GreaterThanEqualsToken),
        [SyntaxKind.GreaterThanOrEqualExpression] = (SyntaxKind.GreaterThanExpression, SyntaxKind.GreaterThanToken),
        [SyntaxKind.LogicalAndExpression] = (SyntaxKind.LogicalOrExpression, SyntaxKind.BarBarToken),
        [SyntaxKind.LogicalOrExpression] = (SyntaxKind.LogicalAndExpression, SyntaxKind.AmpersandAmpersandToken),
        [SyntaxKind.AddExpression] = (SyntaxKind.SubtractExpression, SyntaxKind.MinusToken),
        [SyntaxKind.SubtractExpression] = (SyntaxKind.AddExpression, SyntaxKind.PlusToken),
        [SyntaxKind.AddAssignmentExpression] = (SyntaxKind.SubtractAssignmentExpression, SyntaxKind.MinusEqualsToken),
        [SyntaxKind.SubtractAssignmentExpression] = (SyntaxKind.AddAssignmentExpression, SyntaxKind.PlusEqualsToken),
        [SyntaxKind.PostIncrementExpression] = (SyntaxKind.PostDecrementExpression, SyntaxKind.MinusMinusToken),
        [SyntaxKind.PostDecrementExpression] = (SyntaxKind.PostIncrementExpression, SyntaxKind.PlusPlusToken),
    };

    /// <summary>The same code with the other operator.</summary>
    public static ExpressionSyntax Turned(ExpressionSyntax code)
    {
        var (kind, token) = Others[code.Kind()];
        return code switch
        {
            BinaryExpressionSyntax two => SyntaxFactory.BinaryExpression(kind, two.Left, Spelled(two.OperatorToken, token), two.Right),
            AssignmentExpressionSyntax set =>
                SyntaxFactory.AssignmentExpression(kind, set.Left, Spelled(set.OperatorToken, token), set.Right),
            PostfixUnaryExpressionSyntax step =>
                SyntaxFactory.PostfixUnaryExpression(kind, step.Operand, Spelled(step.OperatorToken, token)),
            _ => throw new UnreachableException($"{code.Kind()}"),
        };
    }

    private static SyntaxToken Spelled(SyntaxToken instead, SyntaxKind token) => SyntaxFactory.Token(token).WithTriviaFrom(instead);
}
