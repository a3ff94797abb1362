using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Queqiao.Server.Tests.Architecture;

/// <summary>A type of the assembly and what its code uses: signatures, attributes and the instructions of its methods, nested types included.</summary>
/// <param name="Name">Full name of the outermost type.</param>
/// <param name="Interfaces">Names of the interfaces that it implements.</param>
/// <param name="Uses">Full names of the assembly's own outermost types.</param>
/// <param name="Calls">Members of other assemblies, as <c>Type::Member</c>.</param>
internal sealed record CompiledType(string Name, string Namespace, IReadOnlySet<string> Interfaces, IReadOnlySet<(string Name, string Namespace)> Uses, IReadOnlySet<string> Calls);

/// <summary>Reads an assembly as the runtime does: what the compiler kept is what counts, not what a file's usings say.</summary>
internal static class CompiledCode
{
    private static readonly Dictionary<ushort, OperandType> Operands = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (ushort)code.Value, code => code.OperandType);

    public static IReadOnlyList<CompiledType> Of(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        return [.. metadata.TypeDefinitions.Where(handle => metadata.GetTypeDefinition(handle).GetDeclaringType().IsNil)
            .Select(handle => new Reading(file, metadata).Read(handle))];
    }

    private sealed class Reading(PEReader file, MetadataReader metadata)
    {
        private readonly HashSet<TypeDefinitionHandle> _types = [];
        private readonly HashSet<string> _calls = [];
        private readonly HashSet<string> _interfaces = [];
        private readonly Signatures _signatures = new();

        public CompiledType Read(TypeDefinitionHandle outermost)
        {
            Visit(outermost);
            var type = metadata.GetTypeDefinition(outermost);
            return new CompiledType(NameOf(outermost).Name, metadata.GetString(type.Namespace), _interfaces, _types.Select(NameOf).ToHashSet(), _calls);
        }

        private void Visit(TypeDefinitionHandle handle)
        {
            var type = metadata.GetTypeDefinition(handle);
            Use(type.BaseType);
            foreach (var implemented in type.GetInterfaceImplementations())
            {
                var face = metadata.GetInterfaceImplementation(implemented).Interface;
                Use(face);
                _interfaces.Add(ExternalName(face));
            }
            foreach (var field in type.GetFields())
                Use(metadata.GetFieldDefinition(field).DecodeSignature(_signatures, null));
            foreach (var attribute in type.GetCustomAttributes())
                Use(metadata.GetCustomAttribute(attribute).Constructor);
            foreach (var parameter in type.GetGenericParameters().SelectMany(one => metadata.GetGenericParameter(one).GetConstraints()))
                Use(metadata.GetGenericParameterConstraint(parameter).Type);
            foreach (var method in type.GetMethods())
                Visit(metadata.GetMethodDefinition(method));
            foreach (var nested in type.GetNestedTypes())
                Visit(nested);
        }

        private void Visit(MethodDefinition method)
        {
            var signature = method.DecodeSignature(_signatures, null);
            Use([.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(types => types)]);
            if (method.RelativeVirtualAddress == 0)
                return;
            var body = file.GetMethodBody(method.RelativeVirtualAddress);
            if (!body.LocalSignature.IsNil)
                Use([.. metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_signatures, null).SelectMany(types => types)]);
            foreach (var region in body.ExceptionRegions.Where(region => !region.CatchType.IsNil))
                Use(region.CatchType);
            var code = body.GetILReader();
            while (code.RemainingBytes > 0)
                Visit(ref code);
        }

        private void Visit(ref BlobReader code)
        {
            ushort value = code.ReadByte();
            if (value == 0xFE)
                value = (ushort)(0xFE00 | code.ReadByte());
            switch (Operands[value])
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    Use(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    var targets = code.ReadInt32(); // in a statement of its own: += would take the offset from before the count
                    code.Offset += targets * 4;
                    break;
                case var operand:
                    code.Offset += SizeOf(operand);
                    break;
            }
        }

        private static int SizeOf(OperandType operand) => operand switch
        {
            OperandType.InlineNone => 0,
            OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
            OperandType.InlineVar => 2,
            OperandType.InlineI8 or OperandType.InlineR => 8,
            _ => 4,
        };

        private void Use(ImmutableArray<TypeDefinitionHandle> types) => _types.UnionWith(types);

        private void Use(EntityHandle handle)
        {
            if (handle.IsNil)
                return;
            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    _types.Add((TypeDefinitionHandle)handle);
                    break;
                case HandleKind.TypeSpecification:
                    Use(metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_signatures, null));
                    break;
                case HandleKind.MethodDefinition:
                    _types.Add(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.FieldDefinition:
                    _types.Add(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MethodSpecification:
                    var generic = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                    Use([.. generic.DecodeSignature(_signatures, null).SelectMany(types => types)]);
                    Use(generic.Method);
                    break;
                case HandleKind.MemberReference:
                    var member = metadata.GetMemberReference((MemberReferenceHandle)handle);
                    Use(member.Parent);
                    _calls.Add($"{ExternalName(member.Parent)}::{metadata.GetString(member.Name)}");
                    break;
            }
        }

        private string ExternalName(EntityHandle handle) => handle.Kind switch
        {
            HandleKind.TypeReference when metadata.GetTypeReference((TypeReferenceHandle)handle) is var type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}",
            HandleKind.TypeSpecification => Generic(metadata.GetTypeSpecification((TypeSpecificationHandle)handle)),
            _ => "",
        };

        private string Generic(TypeSpecification instance)
        {
            var blob = metadata.GetBlobReader(instance.Signature);
            if (blob.ReadByte() != (byte)SignatureTypeCode.GenericTypeInstance)
                return "";
            blob.ReadByte();
            return ExternalName(blob.ReadTypeHandle());
        }

        private (string Name, string Namespace) NameOf(TypeDefinitionHandle handle)
        {
            var type = metadata.GetTypeDefinition(handle);
            while (type.GetDeclaringType() is { IsNil: false } outer)
                type = metadata.GetTypeDefinition(outer);
            var place = metadata.GetString(type.Namespace);
            return ($"{place}.{metadata.GetString(type.Name)}", place);
        }
    }

    /// <summary>Every type of the assembly that a signature names.</summary>
    private sealed class Signatures : ISignatureTypeProvider<ImmutableArray<TypeDefinitionHandle>, object?>
    {
        private static readonly ImmutableArray<TypeDefinitionHandle> None = [];

        public ImmutableArray<TypeDefinitionHandle> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => [handle];

        public ImmutableArray<TypeDefinitionHandle> GetGenericInstantiation(ImmutableArray<TypeDefinitionHandle> genericType, ImmutableArray<ImmutableArray<TypeDefinitionHandle>> typeArguments) =>
            [.. genericType, .. typeArguments.SelectMany(types => types)];

        public ImmutableArray<TypeDefinitionHandle> GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public ImmutableArray<TypeDefinitionHandle> GetFunctionPointerType(MethodSignature<ImmutableArray<TypeDefinitionHandle>> signature) => None;

        public ImmutableArray<TypeDefinitionHandle> GetArrayType(ImmutableArray<TypeDefinitionHandle> elementType, ArrayShape shape) => elementType;

        public ImmutableArray<TypeDefinitionHandle> GetByReferenceType(ImmutableArray<TypeDefinitionHandle> elementType) => elementType;

        public ImmutableArray<TypeDefinitionHandle> GetGenericMethodParameter(object? genericContext, int index) => None;

        public ImmutableArray<TypeDefinitionHandle> GetGenericTypeParameter(object? genericContext, int index) => None;

        public ImmutableArray<TypeDefinitionHandle> GetModifiedType(ImmutableArray<TypeDefinitionHandle> modifier, ImmutableArray<TypeDefinitionHandle> unmodifiedType, bool isRequired) => unmodifiedType;

        public ImmutableArray<TypeDefinitionHandle> GetPinnedType(ImmutableArray<TypeDefinitionHandle> elementType) => elementType;

        public ImmutableArray<TypeDefinitionHandle> GetPointerType(ImmutableArray<TypeDefinitionHandle> elementType) => elementType;

        public ImmutableArray<TypeDefinitionHandle> GetPrimitiveType(PrimitiveTypeCode typeCode) => None;

        public ImmutableArray<TypeDefinitionHandle> GetSZArrayType(ImmutableArray<TypeDefinitionHandle> elementType) => elementType;

        public ImmutableArray<TypeDefinitionHandle> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => None;
    }
}
