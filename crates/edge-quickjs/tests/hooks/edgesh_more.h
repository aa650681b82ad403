E(classKind, 1), E(previewEntries, 2), E(getProxyDetails, 2), E(getOwnNonIndexProperties, 2),
E(getConstructorName, 1), E(generatorState, 1), E(isOneByteString, 1), E(functionInfo, 1),
